import type { ESTree } from 'vite'

/** The value of a literal, also below `as`, `satisfies` and parentheses; `undefined` where it is not one. */
export function literalValue(node: ESTree.Expression): { readonly value: unknown } | undefined {
  switch (node.type) {
    case 'Literal':
      return 'regex' in node || 'bigint' in node ? undefined : { value: node.value }
    case 'Identifier':
      return node.name === 'undefined' ? { value: undefined } : undefined
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? { value: node.quasis[0]?.value.cooked } : undefined
    case 'UnaryExpression': {
      const operand = node.operator === '-' ? literalValue(node.argument)?.value : undefined
      return typeof operand === 'number' ? { value: -operand } : undefined
    }
    case 'ArrayExpression': {
      const items = node.elements.map((element) => (element && element.type !== 'SpreadElement' ? literalValue(element) : undefined))
      return items.every((item) => item !== undefined) ? { value: items.map((item) => item.value) } : undefined
    }
    case 'ObjectExpression':
      return objectValue(node)
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'TSNonNullExpression':
      return literalValue(node.expression)
    default:
      return undefined
  }
}

function objectValue({ properties }: ESTree.ObjectExpression): { readonly value: object } | undefined {
  const value: Record<string, unknown> = Object.create(null)
  for (const property of properties) {
    if (property.type === 'SpreadElement' || property.computed || property.kind !== 'init') return undefined
    const literal = literalValue(property.value)
    if (!literal) return undefined
    value[property.key.type === 'Identifier' ? property.key.name : String((property.key as ESTree.StringLiteral).value)] = literal.value
  }
  return { value }
}
