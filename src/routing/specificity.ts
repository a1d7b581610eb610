import type { RouteSegment } from './segment.js'

const RANK = { static: 0, dynamic: 1, 'catch-all': 2, 'optional-catch-all': 3 } as const

/**
 * Next.js's match order over routes whose URL segments are given: the shorter path first, then static segments by
 * code unit, `[x]`, `[...x]`, `[[...x]]`. Negative when `a` is tried before `b`; 0 only for routes that conflict.
 */
export function compareSpecificity(a: readonly RouteSegment[], b: readonly RouteSegment[]): number {
  for (let i = 0; ; i++) {
    const left = a[i]
    const right = b[i]
    if (!left || !right) return Number(Boolean(left)) - Number(Boolean(right))
    const byKind = rank(left) - rank(right)
    if (byKind !== 0) return byKind
    if (left.kind === 'static' && left.name !== right.name) return left.name < right.name ? -1 : 1
  }
}

function rank(segment: RouteSegment): number {
  if (segment.kind === 'group' || segment.kind === 'slot' || segment.kind === 'private') {
    throw new TypeError(`"${segment.text}" is no URL segment and has no place in the match order`)
  }
  return RANK[segment.kind]
}
