type Attributes = Readonly<Record<string, string | number>>

/** Makes an SVG element. */
export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (SVGElement | string)[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  set(element, attributes)
  element.append(...children)
  return element
}

export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, typeof value === 'number' ? String(Math.round(value * 10) / 10) : value)
  }
}

export interface Point {
  readonly x: number
  readonly y: number
}

export function between(one: Point, other: Point, share: number): Point {
  return { x: one.x + (other.x - one.x) * share, y: one.y + (other.y - one.y) * share }
}

export function line(from: Point, to: Point, className: string): SVGLineElement {
  return svg('line', { class: className, x1: from.x, y1: from.y, x2: to.x, y2: to.y })
}

/** A request, under way or answered, or the place where it began. */
export function dot({ x, y }: Point, radius: number, className: string): SVGCircleElement {
  return svg('circle', { class: className, cx: x, cy: y, r: radius })
}

/** A request that was refused, or whose answer was lost. */
export function cross({ x, y }: Point, size: number, className: string): SVGPathElement {
  const d = `M${x - size} ${y - size}L${x + size} ${y + size}M${x - size} ${y + size}L${x + size} ${y - size}`
  return svg('path', { class: className, d })
}

/** A refresh. */
export function diamond({ x, y }: Point, radius: number, className: string): SVGPathElement {
  return svg('path', {
    class: className,
    d: `M${x} ${y - radius}l${radius} ${radius}l${-radius} ${radius}l${-radius} ${-radius}z`,
  })
}

export function text({ x, y }: Point, content: string, className: string): SVGTextElement {
  return svg('text', { class: className, x, y }, content)
}
