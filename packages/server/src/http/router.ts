import type { Route } from './route.js'

/** Finds the route of a raw path. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Route | undefined {
  const keyOf = (method: string, path: string) => `${method} ${path}`
  const routesByKey = new Map(routes.map((route) => [keyOf(route.method, route.path), route]))
  const routesWithParameter = routes.filter(({ path }) => path.includes('/:'))
  return (method, path) =>
    routesByKey.get(keyOf(method, path)) ??
    routesWithParameter.find((route) => route.method === method && matchesPath(path)(route))
}

/** The methods of a raw path, for the header `Allow`. */
export function methodsOf(path: string, routes: readonly Route[]): readonly string[] {
  return routes.filter(matchesPath(path)).flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
}

/** The last part of a route's path may be a parameter, such as `:sid`. */
function matchesPath(path: string): (route: Route) => boolean {
  const [above, last] = split(path)
  return (route) => {
    const [folder, name] = split(route.path)
    return folder === above && last !== '' && (name === last || name.startsWith(':'))
  }
}

function split(path: string): readonly [folder: string, last: string] {
  const slash = path.lastIndexOf('/')
  return [path.slice(0, slash), path.slice(slash + 1)]
}
