import type { Device, deviceClasses } from '@sessionward/protocol'

type DeviceClass = (typeof deviceClasses)[number]

interface Signer {
  readonly device: Device | null
  readonly userAgent: string | null
}

/**
 * What the sign-in stated, or else what the browser's `User-Agent` says. An iPad calls itself a Mac, and a phone that asks for
 * the desktop's page calls itself one.
 */
export function deviceClassOf({ device, userAgent }: Signer): DeviceClass {
  return device?.class ?? byUserAgent.find(({ pattern }) => pattern.test(userAgent ?? ''))?.is ?? 'other'
}

/** The first that fits. An Android that is no phone leaves out `Mobile`; HarmonyOS begins with the class. */
const byUserAgent: readonly { readonly pattern: RegExp; readonly is: DeviceClass }[] = [
  { pattern: /iPad|\bTablet\b|Android(?!.*\bMobile\b)/, is: 'tablet' },
  { pattern: /\bMobi|iPhone|iPod|\(Phone;/, is: 'phone' },
  { pattern: /Windows NT|Macintosh|X11|CrOS|\(PC;/, is: 'desktop' },
]
