import type { BackendSource } from './backend.js'
import type { BackendDefinition } from './backend-definition.js'
import { connectBackend } from './connected-backend.js'
import { isFunction, optionChecks } from './option-checks.js'

const names = 'name origins endpoints transport signIn refresh signOut judge tokenHeader'.split(' ')
const { names: checkNames, check } = optionChecks('defineBackend')
const { check: checkClient } = optionChecks('createClient')

/**
 * A backend that is not a Sessionward auth server, for `createClient({ server: defineBackend({...}) })`.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function defineBackend(definition: BackendDefinition): BackendSource {
  const { name, origins = [], endpoints = [], transport = 'body', signIn, refresh } = definition
  checkNames(definition, names)
  check(name && typeof name === 'string', 'name', 'a name such as `example`')
  check(isFunction(signIn), 'signIn', 'a function that returns tokens')
  check(isFunction(refresh), 'refresh', 'a function that returns the next tokens')
  for (const option of ['signOut', 'judge', 'tokenHeader'] as const) {
    check(definition[option] === undefined || isFunction(definition[option]), option, 'a function, or left out')
  }
  check(Array.isArray(origins) && origins.every(isOrigin), 'origins', 'a list of origins: https://api.example.com')
  check(Array.isArray(endpoints) && endpoints.every((one) => URL.canParse(one)), 'endpoints', 'a list of URLs')
  check(transport === 'body' || transport === 'cookie', 'transport', '`body` or `cookie`')
  return {
    connect(environment, options = {}) {
      for (const option of ['basePath', 'clientId', 'transport', 'live'] as const) {
        checkClient(options[option] === undefined, option, 'left out: it is for a Sessionward auth server')
      }
      return connectBackend({ ...definition, origins, endpoints, transport }, environment)
    },
  }
}

function isOrigin(text: unknown): boolean {
  return typeof text === 'string' && /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}
