import type { Config } from '../config.js'
import type { Answer } from './answer.js'

/** Wraps answers in the envelope, except those that only machines read: keys, metadata, health and the revocation feed. */
export function createWrapper({ basePath, envelope }: Pick<Config, 'basePath' | 'envelope'>) {
  return (answer: Answer, path: string): Answer => {
    const isForMachines = !path.startsWith(`${basePath}/`) || path === `${basePath}/revocations`
    return !envelope || isForMachines ? answer : envelope.wrap(answer)
  }
}
