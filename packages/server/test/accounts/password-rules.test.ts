import { describe, expect, it } from 'vitest'
import { commonWordCount } from '../../src/accounts/common-passwords.js'
import { checkNewPassword } from '../../src/accounts/password-rules.js'

describe('checkNewPassword', () => {
  it.each([
    'password',
    'Password1',
    'P@ssw0rd',
    'pa$$w0rd!',
    'password2026',
    '123password',
    'iloveyou',
    'ILoveYou!',
    'qwertyuiop',
    'qwerty123',
    '1q2w3e4r',
    '1qaz2wsx',
    'zaq12wsx',
    '123qweasd',
    'asdfghjkl',
    'abcd1234',
    'a1b2c3d4',
    '12345678',
    '87654321',
    '1234567890',
    '11111111',
    '12121212',
    '12312312',
    'abcabcab',
    'dragon123',
    'monkey2024!',
    'sunshine',
    'football1',
    'trustno1',
    'letmein!',
    'welcome123',
    'Welcome2026!',
    'superman',
    'starwars7',
    'michelle',
    'charlie1',
    'summer2025',
    'Winter2024!',
    'administrator',
    'admin1234',
    'changeme',
    '5201314520',
    'woaini1314',
    '147258369',
    '1234qwer',
    'passwordpassword',
    'dragondragon',
    'qwertyqwerty',
  ])('refuses %s as one of the most common', (password) => {
    expect(() => checkNewPassword(password, 'somebody')).toThrow('neither common nor the user name')
  })

  it.each([
    'correct horse battery staple',
    'gR7#kq!2zLw9',
    'tgvmwxqe',
    'Zahnfee im Nebel',
    '\u5bc6\u7801\u5f88\u957f\u5f88\u5b89\u5168\u7684',
    'mOt-de-p4ssage!',
    'k3vlar-umbrella',
    'x'.padEnd(64, 'quite a long sentence that nobody has said. '),
  ])('takes %s', (password) => {
    expect(() => checkNewPassword(password, 'somebody')).not.toThrow()
  })

  it('counts characters, not bytes or code units', () => {
    expect(() => checkNewPassword('\u{1f600}\u{1f601}\u{1f602}\u{1f603}', 'somebody')).toThrow('at least 8 characters')
    expect(() => checkNewPassword('gR7#kq!', 'somebody')).toThrow('at least 8 characters')
    expect(() => checkNewPassword('gR7#kq!z', 'somebody')).not.toThrow()
  })

  it('takes 1024 bytes and no more', () => {
    const long = 'one two three four five six seven. '.repeat(30).slice(0, 1024)
    expect(() => checkNewPassword(long, 'somebody')).not.toThrow()
    expect(() => checkNewPassword(`${long}!`, 'somebody')).toThrow('at most 1024 bytes')
  })

  it.each(['rosalindf', 'RosalindF', 'rosalindf1', 'rosalindf2026', '12rosalindf'])(
    'refuses %s to the user rosalindf',
    (password) => {
      expect(() => checkNewPassword(password, 'rosalindf')).toThrow('neither common nor the user name')
      expect(() => checkNewPassword(password, 'somebody')).not.toThrow()
    },
  )

  it('never repeats the password', () => {
    for (const password of ['tiny', 'password123', 'sommerwind'.repeat(200)]) {
      const error = thrownBy(() => checkNewPassword(password, 'somebody'))
      expect(error).toMatchObject({ code: 'invalid_request' })
      expect(String(error)).not.toContain(password)
    }
  })

  it('lets nearly every random password pass: the rules are about guessable ones', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'
    let state = 1
    const draw = () => {
      state = (state * 48271) % 2147483647
      return letters[state % letters.length]!
    }
    const passwords = Array.from({ length: 5000 }, () => Array.from({ length: 10 }, draw).join(''))
    const refused = passwords.filter((password) => thrownBy(() => checkNewPassword(password, 'somebody')) !== undefined)
    expect(refused.length).toBeLessThan(5)
  })

  it('holds as many words as it says', () => {
    expect(commonWordCount).toBe(849)
  })
})

function thrownBy(act: () => void): unknown {
  try {
    act()
    return undefined
  } catch (error) {
    return error
  }
}
