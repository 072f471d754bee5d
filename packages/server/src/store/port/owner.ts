/** A subject, which is unique within its tenant. */
export interface Owner {
  /** Empty if there is only one tenant. */
  readonly tenant: string
  /** `sub` of its tokens. */
  readonly subject: string
}
