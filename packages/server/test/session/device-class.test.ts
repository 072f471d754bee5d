import { expect, test } from 'vitest'
import { deviceClassOf } from '../../src/session/device-class.js'

const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)'

test.each([
  ['phone', `Mozilla/5.0 (Linux; Android 10; K) ${webKit} Chrome/140.0.0.0 Mobile Safari/537.36`],
  ['phone', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148'],
  ['phone', 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0'],
  ['phone', `Mozilla/5.0 (Phone; OpenHarmony 5.0) ${webKit} Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1 Mobile`],
  ['phone', `Mozilla/5.0 (Linux; Android 14; V2309A) ${webKit} Mobile Safari/537.36 MicroMessenger/8.0`],
  ['tablet', `Mozilla/5.0 (Linux; Android 10; K) ${webKit} Chrome/140.0.0.0 Safari/537.36`],
  ['tablet', 'Mozilla/5.0 (Android 15; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0'],
  ['tablet', 'Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 Version/12.1 Mobile/15E148'],
  ['tablet', `Mozilla/5.0 (Tablet; OpenHarmony 5.0) ${webKit} Chrome/114.0.0.0 Safari/537.36`],
  ['desktop', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`],
  ['desktop', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15'],
  ['desktop', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
  ['desktop', `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webKit} Chrome/140.0.0.0 Safari/537.36`],
  ['desktop', `Mozilla/5.0 (PC; OpenHarmony 5.0) ${webKit} Chrome/114.0.0.0 Safari/537.36`],
  ['other', 'curl/8.5.0'],
  ['other', 'okhttp/4.12.0'],
  ['other', ''],
  ['other', null],
])('the class %s is read in %s', (expected, userAgent) => {
  expect(deviceClassOf({ device: { name: 'mine' }, userAgent })).toBe(expected)
})

test('the device of the sign-in takes precedence over the user agent', () => {
  expect(deviceClassOf({ device: { class: 'tablet' }, userAgent: 'Mozilla/5.0 (Macintosh)' })).toBe('tablet')
})
