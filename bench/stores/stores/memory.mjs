import { memoryStore } from '@sessionward/server/store/memory'

export const title = 'memory'
export const promise = 'nothing outlives the process'

export const connect = () => new Map()

export const store = () => memoryStore()

export function floor(rows) {
  return {
    async insert(id, generation, nonce) {
      rows.set(id, { generation, nonce, idleDeadline: 0 })
    },

    async advance({ id, generation, nonce, next, idleDeadline }) {
      const row = rows.get(id)
      if (row?.generation !== generation || row.nonce !== nonce) return false
      rows.set(id, { generation: generation + 1, nonce: next, idleDeadline })
      return true
    },
  }
}
