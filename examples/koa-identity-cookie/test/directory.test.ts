import { hash, verify } from '@node-rs/argon2'
import { expect, onTestFinished, test } from 'vitest'
import { createDirectory } from '../src/directory.js'
import { openSqliteUsers } from '../src/users/sqlite.js'

test('of two changes of a password that both verified the old one, one succeeds and the other is wrong', async () => {
  const users = await openSqliteUsers()
  onTestFinished(() => users.close())
  await users.insert({ username: 'ann', name: 'Ann', hash: await hash('the old password') })
  const { id } = (await users.find('ann'))!
  const source = { ...users.source, findById: afterBoth(users.source.findById) }
  const { changePassword } = createDirectory(users, source)
  const change = (next: string) => changePassword!({ tenant: '', subject: id, current: 'the old password', next })

  const outcomes = await Promise.all([change('the first password'), change('the second password')])

  expect([...outcomes].sort()).toEqual(['changed', 'wrong'])
  const winner = outcomes[0] === 'changed' ? 'the first password' : 'the second password'
  expect(await verify((await users.find('ann'))!.hash, winner)).toBe(true)
})

/** Answers no call before there have been two. */
function afterBoth<Given extends unknown[], T>(read: (...given: Given) => Promise<T>) {
  let asked = 0
  let proceed = () => {}
  const both = new Promise<void>((resolve) => {
    proceed = resolve
  })
  return async (...given: Given): Promise<T> => {
    const answer = await read(...given)
    if (++asked === 2) proceed()
    await both
    return answer
  }
}
