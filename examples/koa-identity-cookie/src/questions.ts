import type { UserSource } from '@sessionward/server/users'

/** The queries of the database, counted since the start. */
export interface Questions {
  /** Profiles read by id: one for each exchange that the cache does not answer. */
  readonly profiles: number
  /** People looked for by name: sign-ins. */
  readonly names: number
  /** Legacy hashes that were replaced. */
  readonly upgrades: number
}

/** A source that counts, between the directory and the database. */
export function countQuestions(source: UserSource): { readonly source: UserSource; readonly questions: Questions } {
  const questions = { profiles: 0, names: 0, upgrades: 0 }
  return {
    questions,
    source: {
      ...source,
      findByUsername(spellings) {
        questions.names++
        return source.findByUsername(spellings)
      },
      findById(id) {
        questions.profiles++
        return source.findById(id)
      },
      async replaceHash(...change) {
        const replaced = await source.replaceHash(...change)
        if (replaced) questions.upgrades++
        return replaced
      },
    },
  }
}
