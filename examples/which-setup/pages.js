export const options = {
  accessCookie: {}, // __Host-access_token: page visits are checked in memory
  signInUrl: '/sign-in', // where a visit goes that cannot be refreshed
  lifetimes: { idle: 30 * 24 * 3600 },
}
