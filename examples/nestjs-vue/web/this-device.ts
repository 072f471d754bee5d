/** What the browser says of its device, for the list of one's own sessions. */
export function thisDevice() {
  const isPhone = /Mobi/.test(navigator.userAgent)
  const [, name = 'Browser'] = /(Edg|Firefox|Chrome|Safari)/.exec(navigator.userAgent) ?? []
  return { name, class: isPhone ? ('phone' as const) : ('desktop' as const) }
}
