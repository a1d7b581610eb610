import type { ESTree } from 'vite'
import { checkNextImports, moduleExportName } from './next-exports.js'
import { isCommonJsSource } from './packages.js'
import { type ParsedModule, parseModuleFile } from './parse-module.js'
import { type ResolveModule, resolveRelative } from './resolve.js'

/** A name that a module exports as a value. */
export interface ExportedName {
  readonly name: string
  /** The module in which the name is exported, which `export *` may have led to. */
  readonly module: ParsedModule
  readonly span: ESTree.Span
  /** What a `const`, `let` or `var` is set to in this module. */
  readonly init?: ESTree.Expression
  /** Whether the name is passed on by `export { name } from '…'`. */
  readonly reexported: boolean
}

export interface ModuleExports {
  readonly names: ReadonlyMap<string, ExportedName>
  /** `false` where an `export *` leads to a package or to nothing, so that more names may exist, and of CommonJS. */
  readonly complete: boolean
  /** Whether the module itself is CommonJS, whose exports only running it tells. */
  readonly isCommonJs: boolean
  /** `export *` specifiers that look like files of the project and were not found. */
  readonly missing: readonly string[]
  /** Absolute paths of the files read, the module itself first. */
  readonly files: readonly string[]
}

/**
 * The value exports of a module, through `export *` of the project's own files. Types are left out.
 * @throws {EveryrouteError} `ERR_PARSE`, `ERR_UNREADABLE`, `ERR_UNKNOWN_NEXT_EXPORT`, of the module or of a file it passes on.
 */
export async function collectExports(path: string, root: string, resolve?: ResolveModule): Promise<ModuleExports> {
  const found = { names: new Map<string, ExportedName>(), complete: true, missing: [] as string[], files: [] as string[] }
  const visit = async (file: string, isEntry: boolean): Promise<void> => {
    if (found.files.includes(file)) return
    found.files.push(file)
    const module = await parseModuleFile(file, root)
    checkNextImports(module)
    for (const exported of ownExports(module)) {
      // What stands in the module itself wins over what `export *` brings, and `export *` never brings the default.
      if (!found.names.has(exported.name) && (isEntry || exported.name !== 'default')) found.names.set(exported.name, exported)
    }
    for (const specifier of starSources(module)) {
      const target = await findModule(specifier, file, resolve)
      if (target && !/[\\/]node_modules[\\/]/.test(target)) {
        await visit(target, false)
      } else {
        found.complete = false
        if (!target && specifier.startsWith('.')) found.missing.push(specifier)
      }
    }
  }
  await visit(path, true)
  const isCommonJs = isCommonJsSource(path)
  return { ...found, complete: found.complete && !isCommonJs, isCommonJs }
}

async function findModule(specifier: string, importer: string, resolve: ResolveModule | undefined): Promise<string | null> {
  if (specifier.startsWith('./') || specifier.startsWith('../')) return resolveRelative(specifier, importer)
  return resolve ? resolve(specifier, importer) : null
}

function starSources(module: ParsedModule): string[] {
  return module.program.body.flatMap((statement) =>
    statement.type === 'ExportAllDeclaration' && !statement.exported && statement.exportKind !== 'type' ? [statement.source.value] : [],
  )
}

function ownExports(module: ParsedModule): ExportedName[] {
  return module.program.body.flatMap((statement): ExportedName[] => {
    switch (statement.type) {
      case 'ExportDefaultDeclaration':
        return statement.declaration.type === 'TSInterfaceDeclaration' ? [] : [exported(module, 'default', statement)]
      case 'ExportAllDeclaration':
        if (!statement.exported || statement.exportKind === 'type') return []
        return [{ ...exported(module, moduleExportName(statement.exported), statement), reexported: true }]
      case 'ExportNamedDeclaration':
        if (statement.exportKind === 'type') return []
        return statement.declaration
          ? declaredNames(module, statement.declaration)
          : statement.specifiers.flatMap((specifier) => specifierName(module, statement, specifier))
      default:
        return []
    }
  })
}

function exported(module: ParsedModule, name: string, span: ESTree.Span, init?: ESTree.Expression | null): ExportedName {
  return { name, module, span, reexported: false, ...(init && { init }) }
}

function declaredNames(module: ParsedModule, declaration: ESTree.Declaration): ExportedName[] {
  switch (declaration.type) {
    case 'VariableDeclaration':
      return declaration.declarations.flatMap((declarator) =>
        declarator.id.type === 'Identifier'
          ? [exported(module, declarator.id.name, declarator, declarator.init)]
          : boundNames(declarator.id).map((name) => exported(module, name, declarator)),
      )
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
    case 'TSImportEqualsDeclaration':
      return declaration.id ? [exported(module, declaration.id.name, declaration)] : []
    default:
      return []
  }
}

function specifierName(module: ParsedModule, statement: ESTree.ExportNamedDeclaration, specifier: ESTree.ExportSpecifier): ExportedName[] {
  if (specifier.exportKind === 'type') return []
  const local = moduleExportName(specifier.local)
  const name = moduleExportName(specifier.exported)
  if (statement.source) return [{ ...exported(module, name, specifier), reexported: true }]
  const declaration = findDeclaration(module, local)
  return declaration === 'type' ? [] : [exported(module, name, specifier, declaration)]
}

/** What a top-level name stands for: the expression it is set to, `'type'` for a type alone, `undefined` for the rest. */
function findDeclaration(module: ParsedModule, name: string): ESTree.Expression | 'type' | undefined {
  let isType = false
  for (const statement of module.program.body) {
    if (statement.type === 'VariableDeclaration') {
      const found = statement.declarations.find(({ id }) => id.type === 'Identifier' && id.name === name)
      if (found) return found.init ?? undefined
    } else if (statement.type === 'TSInterfaceDeclaration' || statement.type === 'TSTypeAliasDeclaration') {
      isType ||= statement.id.name === name
    } else if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
      if (statement.id?.name === name) return undefined
    } else if (statement.type === 'ImportDeclaration') {
      const specifier = statement.specifiers.find(({ local }) => local.name === name)
      const isTypeImport = statement.importKind === 'type' || (specifier?.type === 'ImportSpecifier' && specifier.importKind === 'type')
      if (specifier) isType ||= isTypeImport
    }
  }
  return isType ? 'type' : undefined
}

function boundNames(pattern: ESTree.BindingPattern | ESTree.BindingRestElement): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'AssignmentPattern':
      return boundNames(pattern.left)
    case 'RestElement':
      return boundNames(pattern.argument)
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? boundNames(element) : []))
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => boundNames(property.type === 'RestElement' ? property : property.value))
  }
}
