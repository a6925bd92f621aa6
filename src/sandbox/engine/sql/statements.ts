import { Queries } from './queries.js'
import { SqlError } from './sql-error.js'
import type { ColumnDefinition, Statement } from './statement-syntax.js'
import type { Name, Query } from './syntax.js'
import type { Dialect } from './tokens.js'

/** Statements of Trino that the sandbox does not run, by their first word. */
const OTHERS = new Set(
  (
    'alter analyze call comment commit copy attach deallocate detach deny describe execute export explain grant import install ' +
    'load merge pragma prepare refresh reset revoke rollback set show start truncate use vacuum begin checkpoint'
  ).split(' '),
)

class Statements extends Queries {
  statement(): Statement {
    if (this.peek().kind === 'end') throw new SqlError('The query is empty')
    const statement = this.#statement()
    this.sign(';')
    while (this.sign(';'));
    if (this.peek().kind !== 'end') {
      if (this.#isStatementAhead()) throw new SqlError('A job runs one statement, not several', this.at)
      this.fail()
    }
    return statement
  }

  #isStatementAhead(): boolean {
    const before = this.sql.slice(0, this.at).trimEnd()
    return before.endsWith(';')
  }

  #statement(): Statement {
    const { at } = this
    if (this.dialect === 'hive' && this.isWord('from')) return { kind: 'query', query: this.query(), at }
    if (this.isSign('(') || ['select', 'with', 'values', 'table'].some((word) => this.isWord(word))) {
      if (this.isWord('with')) return this.#withStatement(at)
      return { kind: 'query', query: this.query(), at }
    }
    if (this.word('explain')) return this.#explain(at)
    if (this.word('show')) return this.#show(at)
    if (this.word('describe') || this.word('desc')) return { kind: 'describe', table: this.#target(), at }
    if (this.word('create')) return this.#create(at)
    if (this.word('drop')) return this.#drop(at)
    if (this.word('insert')) return this.#insert(at)
    if (this.word('delete', 'from'))
      return { kind: 'delete', table: this.#target(), where: this.#where(), at }
    if (this.word('update')) return this.#update(at)
    if (this.word('alter', 'table')) return this.#alter(at)
    const first = this.peek()
    if (first.kind === 'word' && OTHERS.has(first.text))
      throw new SqlError(`${first.text.toUpperCase()} statements are not allowed here`, at)
    return this.fail(
      "'ALTER', 'CREATE', 'DELETE', 'DESCRIBE', 'DROP', 'EXPLAIN', 'INSERT', 'SHOW', 'UPDATE', 'VALUES', <query>",
    )
  }

  /** In Hive, WITH stands before INSERT. */
  #withStatement(at: number): Statement {
    if (this.dialect !== 'hive') return { kind: 'query', query: this.query(), at }
    const mark = this.mark()
    const known = this.tables.length
    let depth = 0
    while (this.peek().kind !== 'end') {
      if (this.isSign('(')) depth += 1
      if (this.isSign(')')) depth -= 1
      if (depth === 0 && this.isWord('insert')) {
        this.back(mark)
        this.tables.length = known
        throw new SqlError(
          'INSERT behind WITH is not supported by the sandbox; write INSERT INTO … WITH …',
          this.at,
        )
      }
      this.take()
    }
    this.back(mark)
    return { kind: 'query', query: this.query(), at }
  }

  #target(): Name[] {
    const name = this.names()
    this.tables.push(name)
    return name
  }

  #where() {
    return this.word('where') ? this.expression() : undefined
  }

  #explain(at: number): Statement {
    if (this.word('analyze')) throw new SqlError('EXPLAIN ANALYZE is not allowed here', at)
    let format: string | undefined
    if (this.isSign('(') && !this.isQueryAhead(0)) {
      this.inParentheses(() => {
        const option = this.anyName().text
        const value = this.anyName().text
        if (option === 'format' && (value === 'text' || value === 'json')) format = value
        else if (option !== 'type' || !['logical', 'distributed'].includes(value))
          throw new SqlError(`EXPLAIN (${option.toUpperCase()} …) is not allowed here`, at)
      })
    }
    if (!this.isSign('(') && !['select', 'with', 'values', 'table'].some((word) => this.isWord(word)))
      throw new SqlError('EXPLAIN is allowed of a SELECT only', this.at)
    return { kind: 'explain', query: this.query(), format, at }
  }

  #show(at: number): Statement {
    if (this.word('tables')) {
      const schema = this.word('from') || this.word('in') ? this.names().at(-1) : undefined
      return { kind: 'show tables', schema, like: this.#like(), at }
    }
    if (this.word('schemas') || this.word('databases')) {
      if (this.word('from') || this.word('in')) this.names()
      return { kind: 'show schemas', like: this.#like(), at }
    }
    if (this.word('columns')) {
      if (!this.word('from')) this.expectWord('in')
      return { kind: 'show columns', table: this.#target(), at }
    }
    if (this.word('functions')) return { kind: 'show functions', like: this.#like(), at }
    throw new SqlError(
      'The sandbox answers SHOW TABLES, SHOW SCHEMAS, SHOW COLUMNS and SHOW FUNCTIONS only',
      at,
    )
  }

  #like(): string | undefined {
    return this.word('like')
      ? this.text()
      : this.dialect === 'hive' && this.peek().kind === 'text'
        ? this.text()
        : undefined
  }

  #create(at: number): Statement {
    const replace = this.word('or', 'replace')
    if (this.word('schema') || this.word('database')) {
      const ifNotExists = this.word('if', 'not', 'exists')
      return { kind: 'create schema', name: this.names().at(-1)!, ifNotExists, at }
    }
    const thing = this.oneOf('table', 'view')
    if (thing === undefined)
      throw new SqlError(`CREATE ${this.peek().text.toUpperCase()} is not allowed here`, at)
    const ifNotExists = this.word('if', 'not', 'exists')
    const table = this.names()
    const definition = this.isSign('(') && !this.isQueryAhead(0) ? this.#definition() : undefined
    this.#properties()
    if (!this.word('as')) {
      const typed = definition?.every(({ type }) => type !== undefined)
      if (thing === 'view' || definition === undefined || !typed) this.fail("'AS'")
      return { kind: 'create table', table, ifNotExists, columns: definition as ColumnDefinition[], at }
    }
    const query = this.query()
    const withData = !this.word('with', 'no', 'data')
    if (withData) this.word('with', 'data')
    return {
      kind: 'create as',
      thing,
      table,
      ifNotExists,
      replace,
      columns: definition?.map(({ name }) => name),
      query,
      withData,
      at,
    }
  }

  #definition(): { name: Name; type: ColumnDefinition['type'] | undefined }[] {
    return this.inParentheses(() => {
      const name = this.name()
      const type = this.isSign(',') || this.isSign(')') ? undefined : this.type()
      this.word('not', 'null')
      if (this.word('comment')) this.text()
      return { name, type }
    })
  }

  /** `COMMENT 'x' WITH (bucketed_on = ARRAY['time'])`: how Treasure Data stores a table is nothing to the sandbox. */
  #properties(): void {
    if (this.word('comment')) this.text()
    if (this.word('with')) {
      this.inParentheses(() => {
        this.names()
        this.expectSign('=')
        this.expression()
      })
    }
    if (this.word('security')) this.oneOf('definer', 'invoker')
  }

  #drop(at: number): Statement {
    const thing = this.oneOf('table', 'view')
    if (thing === undefined)
      throw new SqlError(`DROP ${this.peek().text.toUpperCase()} is not allowed here`, at)
    const ifExists = this.word('if', 'exists')
    return { kind: 'drop', thing, table: this.#target(), ifExists, at }
  }

  #insert(at: number): Statement {
    const overwrite = this.dialect === 'hive' && this.word('overwrite')
    if (!overwrite) this.expectWord('into')
    if (this.dialect === 'hive') this.word('table')
    const table = this.#target()
    const columns =
      this.isSign('(') && !this.isQueryAhead(0) ? this.inParentheses(() => this.name()) : undefined
    const query: Query = this.query()
    return { kind: 'insert', table, columns, query, overwrite, at }
  }

  #update(at: number): Statement {
    const table = this.#target()
    this.expectWord('set')
    const sets = this.list(() => {
      const name = this.name()
      this.expectSign('=')
      return [name, this.expression()] as const
    })
    return { kind: 'update', table, sets, where: this.#where(), at }
  }

  #alter(at: number): Statement {
    this.word('if', 'exists')
    const table = this.#target()
    if (this.word('add', 'column')) {
      this.word('if', 'not', 'exists')
      const column = { name: this.name(), type: this.type() }
      return { kind: 'alter', table, change: { kind: 'add column', column }, at }
    }
    if (this.word('drop', 'column'))
      return { kind: 'alter', table, change: { kind: 'drop column', column: this.name() }, at }
    if (this.word('rename', 'column')) {
      const column = this.name()
      this.expectWord('to')
      return { kind: 'alter', table, change: { kind: 'rename column', column, to: this.name() }, at }
    }
    if (this.word('rename', 'to'))
      return { kind: 'alter', table, change: { kind: 'rename', to: this.names() }, at }
    return this.fail("'ADD COLUMN', 'DROP COLUMN', 'RENAME'")
  }
}

export interface Parsed {
  readonly statement: Statement
  /** All tables that it names, those of its own WITH among them. */
  readonly tables: readonly (readonly Name[])[]
}

/** @throws SqlError for what is not the dialect, or is a statement that the sandbox does not run. */
export function parseStatement(sql: string, dialect: Dialect): Parsed {
  const statements = new Statements(sql, dialect)
  const statement = statements.statement()
  return { statement, tables: statements.tables }
}
