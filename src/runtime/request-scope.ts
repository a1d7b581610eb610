import { AsyncLocalStorage } from 'node:async_hooks'
import { type RequestScope, scopeHolder } from './scope.js'

/** Loaded by the functions of `next/*` that need to know their request; from then on the router enters a scope per request. */
export function enableRequestScope(): void {
  scopeHolder.storage ??= new AsyncLocalStorage<RequestScope>()
}
