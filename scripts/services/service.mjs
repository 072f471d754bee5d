// @ts-check

/**
 * A kind of server that tests run on: how it is found, started, and asked who it is. One file each, of one shape.
 *
 * @typedef {object} Service
 * @property {string} title its name for people
 * @property {string} variable of the environment, with the URL of one that already runs
 * @property {string} example of such a URL
 * @property {readonly string[]} debian packages that bring its programs; none: Debian's stable suite has none
 * @property {import('./chroot.mjs').Recipe} [chroot] with its programs, where Debian has them in another suite
 * @property {Image} image for a container engine
 * @property {() => Programs | null} find its programs on this machine
 * @property {(port: number) => string} url of one of our own
 * @property {(url: string) => Promise<Identity>} identify rejects unless it answers
 * @property {(url: string, name: string) => Promise<string>} createDatabase its URL. For Redis, which has none, `url` itself
 * @property {(url: string, prefix: string) => Promise<void>} dropDatabases those whose names, or keys, begin with `prefix`
 *
 * @typedef {object} Image
 * @property {string} name
 * @property {number} port inside the container
 * @property {readonly string[]} args
 * @property {Record<string, string>} [environment]
 * @property {(port: number) => string} [url] where it is another than the service's
 * @property {(url: string) => Promise<void>} [afterStart] rejects until all is as it should be
 *
 * @typedef {object} Programs
 * @property {readonly string[]} accounts root runs it as the first of these that exists
 * @property {(place: Place) => readonly string[] | null} prepare a command that runs to its end first
 * @property {(place: Place) => readonly string[]} command runs the server in the foreground
 * @property {NodeJS.Signals} signal ends it at once and in order
 * @property {(place: Place) => Promise<Front>} [front] opened each time that the program is up, where it does not speak for itself
 *
 * @typedef {{ close(): Promise<void> }} Front
 *
 * @typedef {{ readonly folder: string, readonly data: string, readonly port: number, readonly innerPort: number }} Place paths as the server sees them
 *
 * @typedef {object} Identity
 * @property {string} version as it says itself
 * @property {string} folder of its data
 * @property {string} [note] for whoever reads the results
 *
 * @typedef {object} Started
 * @property {string} url
 * @property {string} version
 * @property {string} from where it came from, for people
 * @property {string} [note] for whoever reads the results
 * @property {Own | null} own null: it is not ours to restart
 * @property {(name: string) => Promise<string>} createDatabase
 * @property {undefined} [missing]
 * @property {() => Promise<void>} stop ends it; of one that is not ours, removes what `createDatabase` made
 *
 * @typedef {object} Own
 * @property {number | undefined} pid while it is up
 * @property {string} folder with its data and its log
 * @property {(signal?: NodeJS.Signals) => Promise<void>} down ends the process, keeps port and data; SIGKILL for a crash
 * @property {() => Promise<void>} up
 * @property {() => Promise<void>} restart
 */

export {}
