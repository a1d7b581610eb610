import type { Project } from '../build/project.js'
import { EveryrouteError } from '../routing/errors.js'
import { compileMatcher } from '../runtime/proxy-matcher.js'

/**
 * Compiles the proxy's matcher, which the server does with its first request, as far as its file says it in literals.
 * @throws {EveryrouteError} `ERR_PROXY_MATCHER` with the file, what is at fault and its mend
 */
export function checkProxyMatcher({ config, proxy, proxyConfig }: Project): void {
  if (proxy === undefined) return
  try {
    compileMatcher((proxyConfig as { matcher?: unknown } | null | undefined)?.matcher, config.basePath, proxy)
  } catch (cause) {
    throw new EveryrouteError('ERR_PROXY_MATCHER', (cause as Error).message, {
      files: [proxy],
      fix: "Write a path that starts with a slash and is a path-to-regexp pattern, such as '/api/:path*', or an object with such a source.",
      cause,
    })
  }
}
