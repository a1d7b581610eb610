import type { BundledModule } from './features.js'
import { relativeFile } from './parse-module.js'

/** `process.env.NEXT_PUBLIC_*` as it is at build time, which Next.js writes into the code for every runtime. */
export function publicDefinitions(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = Object.keys(env).filter((name) => /^NEXT_PUBLIC_\w+$/.test(name))
  return Object.fromEntries(names.map((name) => [`process.env.${name}`, JSON.stringify(env[name])]))
}

/** Known at build time on every host. */
const isDefined = (name: string): boolean => /^NEXT_PUBLIC_|^(?:NODE_ENV|NEXT_RUNTIME)$/.test(name)

/** `.NAME`, `['NAME']` and `{ NAME }`, in a module that looks at an environment. */
function readsName(code: string, name: string): boolean {
  return /\benv\b/.test(code) && new RegExp(`(?:\\.|\\[\\s*['"\`]|[{,]\\s*)${name}\\b`).test(code)
}

/**
 * Warns of names that the bundle reads and `.env` files alone set, for a host that doesn't have these files.
 * @param names of the `.env` files
 * @param known names that the host's own configuration sets
 */
export function unsetWarnings(
  modules: ReadonlyMap<string, BundledModule>,
  options: { readonly names: readonly string[]; readonly known: readonly string[]; readonly root: string },
): string[] {
  const { names, known, root } = options
  const unset = names.filter((name) => /^\w+$/.test(name) && !isDefined(name) && !known.includes(name))
  return unset.flatMap((name) => {
    const reader = [...modules.values()].find(({ id, code }) => !id.startsWith('\0') && code !== null && readsName(code, name))
    if (reader === undefined) return []
    const file = relativeFile(reader.id.split('?', 1)[0]!, root)
    return `${file} reads ${name}, which .env files set: a Worker has it only as one of its vars (wrangler.toml) or secrets (wrangler secret put ${name})`
  })
}
