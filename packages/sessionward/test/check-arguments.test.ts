import { expect, test } from 'vitest'
import { checkArguments, emptyOption, unknownArgument } from '../src/check-arguments.js'

const names = ['port', 'origin']

test.each([
  [['--prot', '4555'], '--prot'],
  [['--port', '4555', '--prot=4556'], '--prot=4556'],
  [['4555'], '4555'],
  [['--port=4555', '4556'], '4556'],
])('an option that there is not, or a value without one, is named: %j', (args, foreign) => {
  expect(unknownArgument(args, names)).toBe(foreign)
})

test.each([[[]], [['--port', '4555']], [['--origin=http://localhost:5173', '--port', '0']]])(
  'what is known is let through: %j',
  (args) => {
    expect(unknownArgument(args, names)).toBeUndefined()
  },
)

test('a switch takes no value', () => {
  expect(unknownArgument(['--dry-run', '--port', '1'], names, ['dry-run'])).toBeUndefined()
  expect(unknownArgument(['--dry-run', 'yes'], names, ['dry-run'])).toBe('yes')
  expect(unknownArgument(['--dry-run=yes'], names, ['dry-run'])).toBe('--dry-run=yes')
})

test.each([
  [['--port'], '--port'],
  [['--port='], '--port='],
  [['--port', '--origin', 'http://localhost:5173'], '--port'],
  [['--origin', 'http://localhost:5173', '--port', ''], '--port'],
])('an option whose value was forgotten is named: %j', (args, empty) => {
  expect(emptyOption(args, names)).toBe(empty)
})

test('an option with its value is not, whichever way it is given', () => {
  expect(emptyOption(['--port=0', '--origin', 'http://localhost:5173', '--dry-run'], names)).toBeUndefined()
})

test.each([
  [['--prot', '4555'], 'unknown option `--prot`; did you mean `--port`?'],
  [['--origins=http://localhost'], 'unknown option `--origins`; did you mean `--origin`?'],
  [['--banana', 'yes'], 'unknown option `--banana`; expected --port, --origin, --dry-run'],
  [['--dry-run=yes'], '--dry-run takes no value'],
  [['4555'], 'unexpected argument without an option; expected --port, --origin, --dry-run'],
  [['--port'], '--port needs a value'],
  [['--origin', 'http://a', '--origin=http://b'], '--origin is given twice; separate its values by commas'],
])('a command line with a fault is refused in words: %j', (args, said) => {
  expect(() => checkArguments(args, names, ['dry-run'])).toThrow(new TypeError(said))
})

test.each([[['--databse=postgres://auth:tiger@db/auth']], [['postgres://auth:tiger@db/auth']]])(
  'no value stands in the refusal, because it may hold a password: %#',
  (args) => {
    expect(() => checkArguments(args, ['database'])).toThrow(/^(?!.*tiger)/)
  },
)
