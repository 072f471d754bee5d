import { cross, diamond, dot, line, svg, text } from './stage/svg.js'
import type { Words } from './words.js'

/** The marks of the stage, each beside its word. */
export function drawLegend(root: HTMLElement, { page }: Words): void {
  const at = { x: 10, y: 8 }
  const entries: readonly [SVGElement[], string][] = [
    [[dot(at, 4, 'mark ok')], page.legendRequest!],
    [[diamond(at, 8, 'diamond ok'), text(at, '2', 'number')], page.legendRefresh!],
    [[dot(at, 3.5, 'mark expired')], page.legendExpired!],
    [[svg('rect', { class: 'wait', x: 0, y: 4, width: 20, height: 8 })], page.legendWait!],
    [[cross(at, 4, 'mark refused')], page.legendRefused!],
    [
      [svg('rect', { class: 'over', x: 4, y: 0, width: 16, height: 16 }), line({ x: 4, y: 0 }, { x: 4, y: 16 }, 'end')],
      page.legendEnded!,
    ],
  ]
  root.replaceChildren(
    ...entries.map(([marks, label]) => {
      const entry = document.createElement('li')
      entry.append(svg('svg', { viewBox: '0 0 20 16', 'aria-hidden': 'true' }, ...marks), label)
      return entry
    }),
  )
}
