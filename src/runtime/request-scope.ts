import { AsyncLocalStorage } from 'node:async_hooks'
import { type RequestScope, scopeHolder } from './scope.js'

declare const __EVERYROUTE_SCOPE__: boolean | undefined

/** Loaded by the functions of `next/*` that need to know their request; from then on the router enters a scope per request. */
export function enableRequestScope(): void {
  if (typeof __EVERYROUTE_SCOPE__ !== 'undefined' && !__EVERYROUTE_SCOPE__) return
  scopeHolder.storage ??= new AsyncLocalStorage<RequestScope>()
  scopeHolder.isWanted = true
}
