import type { User } from './user'

// Kept in memory for the example. Module state does not outlive a hot reload, globalThis does.
const shared = globalThis as { exampleUsers?: Map<number, User> }

export const users: Map<number, User> = (shared.exampleUsers ??= new Map([[1, { id: 1, name: 'Ada Lovelace', email: 'ada@example.com' }]]))
