import { afterAll, beforeAll, expect, test } from 'vitest'
import { driveExample } from './drive'
import { type StartedExample, startExample } from './start'

let example: StartedExample

beforeAll(async () => {
  example = await startExample()
})
afterAll(() => example?.stop())

driveExample(() => example.origin)

test('nothing was logged as an error meanwhile', () => {
  expect(example.output()).not.toMatch(/error/i)
})
