// @ts-check
import { BSON } from 'mongodb'

/**
 * MongoDB's wire protocol, as far as a driver speaks it to a server that offers neither compression nor streaming: OP_MSG, and
 * OP_QUERY for the first hello.
 *
 * @typedef {Record<string, unknown>} Document
 * @typedef {{ command: Document, requestId: number, legacy: boolean, wantsReply: boolean }} Request
 */

const opReply = 1
const opQuery = 2004
const opMsg = 2013
const headerLength = 16
/** Flag bits of OP_MSG. */
const checksumPresent = 1
const moreToCome = 2

// Every value keeps its type: what comes in as a 32-bit integer goes on as one.
const asSent = { promoteValues: false, promoteBuffers: false, bsonRegExp: true }

/** @param {Uint8Array} bytes @returns {Document} */
export function decode(bytes) {
  return BSON.deserialize(bytes, asSent)
}

/** @param {Document} document */
export function encode(document) {
  return BSON.serialize(document, { ignoreUndefined: true })
}

/**
 * Takes the whole messages off the front of what was received.
 *
 * @param {Buffer} received
 * @returns {{ messages: Buffer[], rest: Buffer }}
 */
export function split(received) {
  const messages = []
  let rest = received
  while (rest.length >= headerLength && rest.length >= rest.readInt32LE(0)) {
    const length = rest.readInt32LE(0)
    messages.push(rest.subarray(0, length))
    rest = rest.subarray(length)
  }
  return { messages, rest }
}

/** @param {Buffer} message @returns {Request} */
export function parse(message) {
  const requestId = message.readInt32LE(4)
  const code = message.readInt32LE(12)
  if (code === opQuery) {
    // Flags, the collection's name with its final zero, two numbers, then the query.
    const afterName = message.indexOf(0, headerLength + 4) + 1
    return { command: decode(message.subarray(afterName + 8)), requestId, legacy: true, wantsReply: true }
  }
  if (code !== opMsg) throw new Error(`no such operation: ${code}`)
  const flags = message.readUInt32LE(headerLength)
  const end = message.length - (flags & checksumPresent ? 4 : 0)
  const command = sections(message.subarray(headerLength + 4, end))
  return { command, requestId, legacy: false, wantsReply: (flags & moreToCome) === 0 }
}

/** The body, and the documents of an insert, an update or a delete, which may come beside it. @param {Buffer} bytes */
function sections(bytes) {
  /** @type {Document} */
  const command = {}
  let at = 0
  while (at < bytes.length) {
    const kind = bytes[at]
    const length = bytes.readInt32LE(at + 1)
    const section = bytes.subarray(at + 1, at + 1 + length)
    at += 1 + length
    if (kind === 0) Object.assign(command, decode(section))
    else Object.assign(command, sequence(section))
  }
  return command
}

/** @param {Buffer} section */
function sequence(section) {
  const nameEnd = section.indexOf(0, 4)
  const documents = []
  let at = nameEnd + 1
  while (at < section.length) {
    const length = section.readInt32LE(at)
    documents.push(decode(section.subarray(at, at + length)))
    at += length
  }
  return { [section.toString('utf8', 4, nameEnd)]: documents }
}

let lastId = 0

/** @param {Request} request @param {Document} answer */
export function reply({ requestId, legacy }, answer) {
  const body = encode(answer)
  // OP_REPLY: flags, cursor id, position, number of documents. OP_MSG: flags, kind of the section.
  const head = Buffer.alloc(legacy ? headerLength + 20 : headerLength + 5)
  head.writeInt32LE(head.length + body.length, 0)
  head.writeInt32LE(++lastId, 4)
  head.writeInt32LE(requestId, 8)
  head.writeInt32LE(legacy ? opReply : opMsg, 12)
  if (legacy) head.writeInt32LE(1, headerLength + 16)
  return Buffer.concat([head, body])
}
