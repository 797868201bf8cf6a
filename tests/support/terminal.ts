import { runCommand } from '../../src/cli/commands.ts'

/** What a command said, and its exit code. */
export interface Said {
  code: number
  out: string
  err: string
}

/** Runs the command line with these arguments and settings; what would go on until it is stopped stops at once. */
export async function runInTerminal(args: string[], env: Record<string, string> = {}): Promise<Said> {
  const said: Said = { code: -1, out: '', err: '' }
  said.code = await runCommand(args, env, {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    onStop: (stop) => stop(),
  })
  return said
}
