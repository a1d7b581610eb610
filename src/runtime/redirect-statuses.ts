/** Statuses that a Response can redirect with (Fetch standard, 2.2.3). */
export const REDIRECT_STATUSES: ReadonlySet<number> = /* @__PURE__ */ new Set([301, 302, 303, 307, 308])
