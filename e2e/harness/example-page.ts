import { join } from 'node:path'
import type { Client } from '@sessionward/client'
import { rolldown } from 'rolldown'

declare global {
  interface Window {
    /** What the example of a shop exports, in a page that runs {@link bundleExample}. */
    shop: { readonly client: Client }
  }
}

/**
 * A module of examples/ as a classic script that defines `shop`.
 *
 * @param replacements What to write in place of what. Each must occur, or the documents show something else than is tested.
 */
export async function bundleExample(name: string, replacements: Readonly<Record<string, string>>): Promise<string> {
  const input = join(import.meta.dirname, '../../examples', name)
  const replace = {
    name: 'replace',
    transform: (code: string, id: string) => (id === input ? replaceAll(code, replacements) : null),
  }
  const conditionNames = ['sessionward-source', 'import', 'default']
  const built = await rolldown({ input, platform: 'browser', resolve: { conditionNames }, plugins: [replace] })
  const { output } = await built.generate({ format: 'iife', name: 'shop' })
  await built.close()
  return output[0].code
}

function replaceAll(code: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`The example does not contain ${from}`)
    return text.replaceAll(from, to)
  }, code)
}
