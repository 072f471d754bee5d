import { type App, type Component, createRenderer } from 'vue'

/** An element of a page without a browser: enough for Vue to render into, and to read what is shown. */
export interface PlainNode {
  text: string
  readonly children: PlainNode[]
  parent: PlainNode | null
}

const plain = (text = ''): PlainNode => ({ text, children: [], parent: null })

const { createApp } = createRenderer<PlainNode, PlainNode>({
  createElement: () => plain(),
  createText: (text) => plain(text),
  createComment: () => plain(),
  setText: (node, text) => {
    node.text = text
  },
  setElementText: (node, text) => {
    node.text = text
  },
  insert(node, parent, anchor) {
    node.parent?.children.splice(node.parent.children.indexOf(node), 1)
    node.parent = parent
    parent.children.splice(anchor ? parent.children.indexOf(anchor) : parent.children.length, 0, node)
  },
  remove(node) {
    node.parent?.children.splice(node.parent.children.indexOf(node), 1)
    node.parent = null
  },
  parentNode: (node) => node.parent,
  nextSibling: (node) => node.parent?.children[node.parent.children.indexOf(node) + 1] ?? null,
  patchProp() {},
})

/** Mounts a component, with what `prepare` gives the app. */
export function mountPlain(component: Component, prepare: (app: App<PlainNode>) => unknown) {
  const app = createApp(component)
  prepare(app)
  const root = plain()
  app.mount(root)
  return { app, text: () => textOf(root) }
}

function textOf({ text, children }: PlainNode): string {
  return text + children.map(textOf).join('')
}
