/**
 * Adds the few methods that the client uses and that a browser of 2021 lacks (Chrome before 120, Firefox before 115, Safari
 * before 17). Only the script for pages without a bundler does this: a bundler has its own ways. Nothing is replaced.
 */
export function completeBrowser(): void {
  add(Object, 'hasOwn', (object: object, key: PropertyKey) => Object.prototype.propertyIsEnumerable.call(object, key))
  add(URL, 'canParse', (url: string, base?: string) => {
    try {
      return !!new URL(url, base)
    } catch {
      return false
    }
  })
  const { prototype } = AbortSignal
  if (!('reason' in prototype)) {
    Object.defineProperty(prototype, 'reason', {
      configurable: true,
      get(this: AbortSignal) {
        return this.aborted ? new DOMException('The signal has been aborted.', 'AbortError') : undefined
      },
    })
  }
  add(prototype, 'throwIfAborted', function (this: AbortSignal) {
    if (this.aborted) throw this.reason
  })
}

function add(target: object, name: string, value: unknown): void {
  if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true, writable: true })
}
