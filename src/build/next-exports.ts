import type { ESTree } from 'vite'
import type { EveryrouteError } from '../routing/errors.js'
import { type ParsedModule, sourceError } from './parse-module.js'

/**
 * The exports of the `next/*` modules that a route file may import: those of Next.js 16.4 that `src/next/` stands in for.
 * Types are erased and not listed.
 */
export const NEXT_EXPORTS: Readonly<Record<string, readonly string[]>> = {
  'next/server': ['NextRequest', 'NextResponse', 'userAgent', 'userAgentFromString', 'URLPattern', 'after', 'connection', 'ImageResponse'],
  'next/headers': ['cookies', 'headers', 'draftMode'],
  'next/navigation': [
    'redirect',
    'permanentRedirect',
    'notFound',
    'forbidden',
    'unauthorized',
    'unstable_rethrow',
    'RedirectType',
    'ReadonlyURLSearchParams',
    'unstable_isUnrecognizedActionError',
  ],
  'next/cache': [
    'revalidatePath',
    'revalidateTag',
    'updateTag',
    'refresh',
    'unstable_cache',
    'unstable_noStore',
    'cacheLife',
    'cacheTag',
    'unstable_cacheLife',
    'unstable_cacheTag',
    'io',
    'navigation',
    'prefetch',
  ],
  'next/og': ['ImageResponse'],
  // No public modules, but the only ones that tell what was thrown: helpers of many an API import them.
  'next/dist/client/components/redirect-error': ['REDIRECT_ERROR_CODE', 'isRedirectError'],
  'next/dist/client/components/redirect': [
    'getRedirectError',
    'getRedirectStatusCodeFromError',
    'getRedirectTypeFromError',
    'getURLFromRedirectError',
    'permanentRedirect',
    'redirect',
  ],
  'next/dist/client/components/http-access-fallback/http-access-fallback': [
    'HTTPAccessErrorStatus',
    'HTTP_ERROR_FALLBACK_ERROR_CODE',
    'getAccessFallbackErrorTypeByStatus',
    'getAccessFallbackHTTPStatus',
    'isHTTPAccessFallbackError',
  ],
  'next/dist/client/components/is-next-router-error': ['isNextRouterError'],
}

/**
 * Refuses imports from `next/*` that nothing stands behind outside Next.js. Imports used as types alone are let through.
 * @throws {EveryrouteError} `ERR_UNKNOWN_NEXT_EXPORT`
 */
export function checkNextImports(module: ParsedModule): void {
  for (const statement of module.program.body) {
    if (statement.type === 'ImportDeclaration') checkImport(module, statement)
    if (statement.type === 'ExportNamedDeclaration' && statement.source && statement.exportKind !== 'type') {
      for (const specifier of statement.specifiers) {
        if (specifier.exportKind !== 'type') checkName(module, statement.source.value, moduleExportName(specifier.local), specifier)
      }
    }
  }
}

/** The name in `import { name }`, `export { name }`, whether written as an identifier or as a string. */
export function moduleExportName(name: ESTree.ModuleExportName): string {
  return name.type === 'Literal' ? name.value : name.name
}

function checkImport(module: ParsedModule, statement: ESTree.ImportDeclaration): void {
  const source = statement.source.value
  if (statement.importKind === 'type' || nextModule(source) === undefined) return
  if (statement.specifiers.length === 0) checkModule(module, source, statement)
  for (const specifier of statement.specifiers) {
    const name =
      specifier.type === 'ImportNamespaceSpecifier'
        ? undefined
        : specifier.type === 'ImportDefaultSpecifier'
          ? 'default'
          : moduleExportName(specifier.imported)
    if (specifier.type === 'ImportSpecifier' && specifier.importKind === 'type') continue
    const fault = findFault(module, source, name, specifier)
    if (fault && isUsedAsValue(module.program, specifier.local.name)) throw fault
  }
}

function checkModule(module: ParsedModule, source: string, node: ESTree.Span): void {
  const fault = findFault(module, source, undefined, node)
  if (fault) throw fault
}

function checkName(module: ParsedModule, source: string, name: string, node: ESTree.Span): void {
  const fault = nextModule(source) === undefined ? undefined : findFault(module, source, name, node)
  if (fault) throw fault
}

/** `next/server` for `next/server` and `next/server.js`; `undefined` for what does not belong to Next.js. */
function nextModule(source: string): string | undefined {
  return source === 'next' || source.startsWith('next/') ? source.replace(/\.js$/, '') : undefined
}

const isPublic = (name: string): boolean => !name.startsWith('next/dist/')

function findFault(module: ParsedModule, source: string, name: string | undefined, node: ESTree.Span): EveryrouteError | undefined {
  const known = NEXT_EXPORTS[nextModule(source) ?? '']
  if (!known) {
    const message = `"${source}" has nothing for route handlers outside Next.js`
    return sourceError(
      module,
      node,
      'ERR_UNKNOWN_NEXT_EXPORT',
      message,
      `Import from one of ${Object.keys(NEXT_EXPORTS).filter(isPublic).join(', ')}.`,
    )
  }
  if (name === undefined || known.includes(name)) return undefined
  const message = `"${source}" has no export "${name}" for route handlers`
  return sourceError(module, node, 'ERR_UNKNOWN_NEXT_EXPORT', message, `Import one of ${known.join(', ')}.`)
}

/** TypeScript's nodes are erased, but for these: they wrap or make a value. */
const VALUE_NODES =
  /^TS(?:As|Satisfies|NonNull|Instantiation)Expression$|^TSTypeAssertion$|^TSEnum|^TSModule|^TSExport|^TSImportEquals|^TSParameter/

/** Whether TypeScript would keep the import of `name`. Shadowing is not looked at: at worst a type import must say `type`. */
function isUsedAsValue(program: ESTree.Program, name: string): boolean {
  const visit = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(visit)
    if (!isNode(value) || isErased(value)) return false
    if ((value.type === 'Identifier' || value.type === 'JSXIdentifier') && value.name === name) return true
    return Object.entries(value).some(([key, child]) => !isPlainName(value, key) && visit(child))
  }
  return program.body.some((statement) => statement.type !== 'ImportDeclaration' && visit(statement))
}

interface AnyNode {
  readonly type: string
  readonly [key: string]: unknown
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function isErased(node: AnyNode): boolean {
  if (node.type === 'ExportSpecifier' || node.type === 'ExportNamedDeclaration') return node.exportKind === 'type'
  return node.type.startsWith('TS') && !VALUE_NODES.test(node.type)
}

/** Names that refer to nothing: `.name` and `{ name: … }`. */
function isPlainName(node: AnyNode, key: string): boolean {
  return node.computed === false && (key === 'property' || key === 'key')
}
