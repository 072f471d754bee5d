/**
 * Maximum size of a message of the feed in bytes, or in characters of an event. A snapshot names every session that was revoked
 * within an access token lifetime, in about 80 bytes each. A smaller limit would end the feed when it is needed most: when an
 * operator ends all sessions.
 */
export const maxMessageSize = 2 ** 27
