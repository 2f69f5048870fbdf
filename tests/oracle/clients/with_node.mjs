// Asks the server through `pg` for Node, without and with its binary format; see clients.py.
//
// usage: node with_node.mjs REQUEST MODULES
//
// MODULES is the folder in which `pg` and `pg-cursor` were installed.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'

const require = createRequire(`${process.argv[3]}/package.json`)
const pg = require('pg')
const Cursor = require('pg-cursor')

const request = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const NAMES = {
  16: 'bool', 20: 'int8', 21: 'int2', 23: 'int4', 25: 'text', 19: 'text', 700: 'float4', 701: 'float8', 1043: 'text', 1082: 'date',
  1114: 'timestamp', 1700: 'numeric', 1009: 'text[]', 1016: 'int8[]',
}
const LONG = 'select count(*) as n from generate_series(1, 200000) as a(n) cross join generate_series(1, 200000) as b(m) where n + m = 7'
// By itself pg makes a Date, in the time zone of the machine, of a date: their texts are kept. The rest is as pg reads it.
const KEPT = [1082, 1114]
const types = { getTypeParser: (oid, format) => (KEPT.includes(oid) ? (text) => text : pg.types.getTypeParser(oid, format)) }

async function connected (options, work) {
  const client = new pg.Client({ connectionTimeoutMillis: 20000, ...options })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function trusted (work) {
  const { host, port, user, dbname } = request.trusted
  return connected({ host, port, user, database: dbname }, work)
}

function bits (value) {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return view.getBigUint64(0).toString(16).padStart(16, '0')
}

function cell (kind, value) {
  if (value === null) return null
  if (kind.endsWith('[]')) return value.map((item) => cell(kind.slice(0, -2), item))
  switch (kind) {
    case 'bool': return value ? 't' : 'f'
    case 'float4': return bits(Math.fround(value))
    case 'float8': return bits(value)
    case 'timestamp': {
      const [whole, part = ''] = value.replace(' ', 'T').split('.')
      return `${whole}.${part.padEnd(6, '0')}`
    }
    default: return String(value)
  }
}

function parameter ([kind, value]) {
  if (value === null) return null
  switch (kind) {
    case 'float8': return Number(value)
    case 'bool': return value === 't'
    default: return value
  }
}

async function inParts (client, query, values) {
  const cursor = client.query(new Cursor(query.sql, values, { rowMode: 'array', types }))
  const rows = []
  let result
  for (;;) {
    const part = await new Promise((resolve, reject) => {
      cursor.read(query.fetch, (error, read, told) => { result = told ?? result; error ? reject(error) : resolve(read) })
    })
    if (part.length === 0) break
    rows.push(...part)
  }
  await cursor.close()
  return { fields: result.fields, rows }
}

async function answer (client, query) {
  const values = (query.params ?? []).map(parameter)
  const result = query.fetch
    ? await inParts(client, query, values)
    : await client.query({ text: query.sql, values, rowMode: 'array', types })
  const kinds = result.fields.map((field) => NAMES[field.dataTypeID] ?? `type ${field.dataTypeID}`)
  const rows = result.rows.map((row) => row.map((value, at) => cell(kinds[at], value)))
  return { names: result.fields.map((field) => field.name), types: kinds, rows }
}

async function answers () {
  const found = {}
  await trusted(async (client) => {
    for (const query of request.queries) {
      try {
        found[query.name] = await answer(client, query)
      } catch (error) {
        found[query.name] = { error: String(error) }
      }
    }
  })
  return found
}

async function state (work) {
  try {
    return await work()
  } catch (error) {
    return error.code ?? String(error)
  }
}

function cancelled () {
  return trusted(async (client) => {
    const ended = state(() => client.query(LONG))
    await sleep(1000)
    const { host, port, user, dbname } = request.trusted
    const second = new pg.Client({ host, port, user, database: dbname })
    second.on('error', () => {})
    second.cancel(client, client._getActiveQuery ? client._getActiveQuery() : client.activeQuery)
    return [await ended, (await client.query('select 1 as n')).rows[0].n]
  })
}

function timedOut () {
  return trusted(async (client) => {
    await client.query('set statement_timeout = 1000')
    return [await state(() => client.query(LONG)), (await client.query('select 1 as n')).rows[0].n]
  })
}

function prepared () {
  return trusted(async (client) => {
    const counts = []
    for (const most of [0, 3, 9, 3]) {
      const query = { name: 'counted', text: 'select count(*) as n from generate_series(1, 10) as t(n) where n > $1', values: [most] }
      counts.push((await client.query(query)).rows[0].n)
    }
    return counts
  })
}

function login (ssl, changes = {}) {
  const { host, port, user, password, dbname } = request.secure
  const options = { host, port, user, password, database: dbname, ssl, ...changes }
  return state(() => connected(options, async (client) => (await client.query('select current_user as me')).rows[0].me))
}

async function main () {
  const ca = readFileSync(request.ca)
  const found = {
    version: `pg ${require('pg/package.json').version}, Node ${process.versions.node}`,
    answers: { 'node pg': await answers() },
    checks: {
      prepared: await prepared(),
      cancelled: await cancelled(),
      'timed out': await timedOut(),
      refused: await state(() => trusted((client) => client.query('create table x (a int)'))),
      'TLS, any certificate': await login({ rejectUnauthorized: false }),
      'TLS, certificate checked': await login({ ca }),
      'TLS, another authority': await login({ ca: readFileSync(request.other_ca) }),
      'wrong password': await login({ ca }, { password: 'a guess' }),
    },
  }
  process.stdout.write(JSON.stringify(found))
}

await main()
