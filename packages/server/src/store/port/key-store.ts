/** A signing key. Its private half is encrypted with a secret that the store does not have. */
export interface SigningKey {
  /** Id of the key: its RFC 7638 thumbprint. */
  readonly kid: string
  /** The signature algorithm, such as `ES256`. */
  readonly algorithm: string
  /** `next` is published before it signs, `current` signs, `retired` is published until its last token has expired. */
  readonly state: 'next' | 'current' | 'retired'
  /** Public JWK, as JSON. */
  readonly publicKey: string
  /** The encrypted private half. */
  readonly sealedPrivateKey: Uint8Array
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** When the key entered its present state. */
  readonly since: number
}

/** The signing keys of a store. */
export interface KeyStore {
  /** All keys, the oldest first. */
  list(): Promise<readonly SigningKey[]>
  /**
   * `taken` if the algorithm already has a key in that state (each has one `current` and one `next`), or if the `kid` is already
   * stored.
   */
  create(key: SigningKey): Promise<'created' | 'taken'>
  /**
   * In one transaction: `current` becomes retired and `next` becomes current, both `since` now. Only if the two keys still are in
   * these states and have the same algorithm.
   */
  rotate(change: { readonly current: string; readonly next: string }): Promise<'rotated' | 'lost'>
  /** Deletes keys that have been retired for more than `retention` seconds. @returns how many. */
  deleteRetired(retention: number): Promise<number>
}
