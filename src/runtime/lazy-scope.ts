import { type RequestScope, scopeHolder } from './scope.js'

/**
 * Lets requests for files whose answers may be kept enter a scope from now on, where the host has one: for `fetch` in files that import
 * nothing of `next/*`. Imported when it is needed, so that Workers without the compatibility flag for it still start.
 */
export async function enableScopeLater(): Promise<void> {
  if (scopeHolder.storage) return
  try {
    const { AsyncLocalStorage } = await import('node:async_hooks')
    scopeHolder.storage ??= new AsyncLocalStorage<RequestScope>()
  } catch {
    // Without scopes, calls of `fetch` are kept all the same, but aren't known to the route that makes them.
  }
}
