import type { Device, deviceClasses } from '@sessionward/protocol'

type DeviceClass = (typeof deviceClasses)[number]

interface DeviceSource {
  readonly device: Device | null
  readonly userAgent: string | null
}

/**
 * The class that the sign-in stated, or the one that the `User-Agent` suggests. An iPad identifies itself as a Mac, and a phone
 * that requests the desktop site as a desktop.
 */
export function deviceClassOf({ device, userAgent }: DeviceSource): DeviceClass {
  return device?.class ?? userAgentPatterns.find(({ pattern }) => pattern.test(userAgent ?? ''))?.deviceClass ?? 'other'
}

/** The first match wins. Android tablets omit `Mobile`; HarmonyOS begins with the class. */
const userAgentPatterns: readonly { readonly pattern: RegExp; readonly deviceClass: DeviceClass }[] = [
  { pattern: /iPad|\bTablet\b|Android(?!.*\bMobile\b)/, deviceClass: 'tablet' },
  { pattern: /\bMobi|iPhone|iPod|\(Phone;/, deviceClass: 'phone' },
  { pattern: /Windows NT|Macintosh|X11|CrOS|\(PC;/, deviceClass: 'desktop' },
]
