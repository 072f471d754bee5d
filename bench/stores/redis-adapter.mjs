/**
 * What node-oidc-provider asks of an adapter, on Redis: a record is one JSON text, but a token that can be consumed is a hash,
 * so that its consumption is one field. What belongs to a grant is listed under it, to be revoked together.
 */
export function redisAdapter(client, prefix) {
  const consumable = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode', 'BackchannelAuthenticationRequest'])
  const grantable = new Set([...consumable, 'AccessToken'])
  const members = (grantId) => `${prefix}:grant:${grantId}`

  return class RedisAdapter {
    constructor(model) {
      this.isConsumable = consumable.has(model)
      this.isGrantable = grantable.has(model)
      this.key = (id) => `${prefix}:${model}:${id}`
    }

    async upsert(id, payload, expiresIn) {
      const key = this.key(id)
      const text = JSON.stringify(payload)
      const commands = client.multi()
      if (this.isConsumable) commands.hset(key, 'payload', text)
      else commands.set(key, text)
      if (expiresIn) commands.expire(key, expiresIn)
      if (this.isGrantable && payload.grantId) {
        commands.rpush(members(payload.grantId), key)
        if (expiresIn) commands.expire(members(payload.grantId), expiresIn)
      }
      for (const name of [payload.uid && `uid:${payload.uid}`, payload.userCode && `code:${payload.userCode}`]) {
        if (name && expiresIn) commands.set(`${prefix}:${name}`, id, 'EX', expiresIn)
      }
      await commands.exec()
    }

    async find(id) {
      if (!this.isConsumable) return JSON.parse(await client.get(this.key(id))) ?? undefined
      const { payload, consumed } = await client.hgetall(this.key(id))
      return payload && { ...JSON.parse(payload), ...(consumed && { consumed: Number(consumed) }) }
    }

    async findByUid(uid) {
      return this.find(await client.get(`${prefix}:uid:${uid}`))
    }

    async findByUserCode(userCode) {
      return this.find(await client.get(`${prefix}:code:${userCode}`))
    }

    async consume(id) {
      await client.hset(this.key(id), 'consumed', Math.floor(Date.now() / 1000))
    }

    async destroy(id) {
      await client.del(this.key(id))
    }

    async revokeByGrantId(grantId) {
      const keys = await client.lrange(members(grantId), 0, -1)
      await client.del(members(grantId), ...keys)
    }
  }
}
