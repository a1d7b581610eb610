import { Users } from './users'

export default function Page() {
  return (
    <main>
      <h1>Users</h1>
      <Users />
    </main>
  )
}
