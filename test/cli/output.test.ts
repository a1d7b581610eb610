import { afterEach, expect, test, vi } from 'vitest'
import { createOutput } from '../../src/cli/output.js'

const descriptors = [process.stdout, process.stderr].map((stream) => [stream, Object.getOwnPropertyDescriptor(stream, 'isTTY')] as const)
afterEach(() => {
  vi.unstubAllEnvs()
  for (const [stream, descriptor] of descriptors)
    Object.defineProperty(stream, 'isTTY', descriptor ?? { value: undefined, configurable: true })
})

test.each([
  [true, true, '', true],
  [true, true, '1', false],
  [true, false, '', false],
  [false, true, '', false],
])('stdout a terminal: %s, stderr: %s, NO_COLOR %j: coloured is %s', (stdout, stderr, noColor, coloured) => {
  vi.stubEnv('NO_COLOR', noColor)
  Object.defineProperty(process.stdout, 'isTTY', { value: stdout, configurable: true })
  Object.defineProperty(process.stderr, 'isTTY', { value: stderr, configurable: true })
  expect(createOutput().colors.red('x')).toBe(coloured ? '\u001b[31mx\u001b[39m' : 'x')
})
