'use client'

import { type FormEvent, useEffect, useState } from 'react'
import { newUser, type User } from '../lib/user'

/** The body of an answer of the API; throws its error. */
async function call<Data>(path: string, init?: RequestInit): Promise<Data> {
  const response = await fetch(`/api${path}`, init)
  const body = response.status === 204 ? {} : await response.json().catch(() => ({}))
  if (!response.ok) throw new Error(body.error ?? `The server answered ${response.status}`)
  return body.data
}

export function Users() {
  const [users, setUsers] = useState<User[]>()
  const [error, setError] = useState('')

  useEffect(() => {
    call<User[]>('/users').then(setUsers, (failure: Error) => setError(failure.message))
  }, [])

  async function create(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const parsed = newUser.safeParse(Object.fromEntries(new FormData(form)))
    if (!parsed.success) return setError(parsed.error.issues[0]?.message ?? '')
    try {
      const user = await call<User>('/users', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(parsed.data),
      })
      setUsers((known = []) => [...known, user])
      setError('')
      form.reset()
    } catch (failure) {
      setError((failure as Error).message)
    }
  }

  async function remove(id: number) {
    try {
      await call(`/users/${id}`, { method: 'DELETE' })
      setUsers((known = []) => known.filter((user) => user.id !== id))
      setError('')
    } catch (failure) {
      setError((failure as Error).message)
    }
  }

  return (
    <>
      {users ? (
        <ul aria-label="Users">
          {users.map(({ id, name, email }) => (
            <li key={id}>
              {name} ({email}){' '}
              <button type="button" aria-label={`Delete ${name}`} onClick={() => remove(id)}>
                Delete
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <p>Loading…</p>
      )}
      <form onSubmit={create} noValidate>
        <p>
          <label>
            Name <input name="name" autoComplete="off" />
          </label>
        </p>
        <p>
          <label>
            E-mail <input name="email" type="email" autoComplete="off" />
          </label>
        </p>
        <button type="submit">Add</button>
      </form>
      <p role="alert">{error}</p>
    </>
  )
}
