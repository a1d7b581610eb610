import type { Matcher } from './matcher.js'

const OPTIONAL_CATCH_ALL = /\[\[\.{3}([^/]+)\]\]$/

/**
 * A matcher that takes `index` for no value of an optional catch-all: by this name Next.js calls the page of its bare path.
 */
export function withoutIndex<T extends { readonly pathname: string }>(matcher: Matcher<T>): Matcher<T> {
  return {
    match(pathname) {
      const found = matcher.match(pathname)
      const name = found && OPTIONAL_CATCH_ALL.exec(found.route.pathname)?.[1]
      const values = name && found.params[name]
      if (values && values.length === 1 && values[0] === 'index') delete found.params[name]
      return found
    },
  }
}
