import { createSecretBox } from '../crypto/secret-box.ts';
import { convertKeyFile, exportPublicKey, generateKeyFile } from '../doctor/key-files.ts';
import { reencrypt } from '../tenants/reencrypt.ts';
import { type Command, expectArguments, print, UsageError } from './command.ts';
import { type DatabaseCommandDeps, withDatabase } from './with-database.ts';

/** Generates, shows and converts private keys, and re-encrypts secrets after a rotation. */
export const keysCommand: Command = {
  summary: 'generate, show, convert and rotate keys',
  help: `Usage: planlens keys generate <file>
       planlens keys show <file>
       planlens keys convert <from> <to>
       planlens keys rotate

  generate <file>      write a new private key to a file and print its public key for the Developer Portal
  show <file>          print the public key of a private key, in PEM and in RSAKeyValue XML
  convert <from> <to>  convert a private key from the portal's RSAKeyValue XML to PEM, or back
  rotate               re-encrypt all secrets with the first key of ENCRYPTION_KEYS; can be interrupted and repeated
`,
  async run([subcommand = '', ...args]) {
    const action = Object.hasOwn(actions, subcommand) ? actions[subcommand] : undefined;
    if (action === undefined) throw new UsageError('expected generate, show, convert or rotate');
    expectArguments(args, action.arity);
    return action.run(args);
  },
};

interface KeyAction {
  readonly arity: number;
  readonly run: (args: readonly string[]) => number | Promise<number>;
}

const actions: Readonly<Record<string, KeyAction>> = {
  generate: { arity: 1, run: ([file = '']) => generateKey(file) },
  show: { arity: 1, run: ([file = '']) => showKey(file) },
  convert: { arity: 2, run: ([from = '', to = '']) => convertKey(from, to) },
  rotate: { arity: 0, run: () => withDatabase(rotateKeys) },
};

function generateKey(file: string): number {
  generateKeyFile(file);
  return showKey(file);
}

function showKey(file: string): number {
  const { pem, xml } = exportPublicKey(file);
  print(`${pem}\n${xml}`);
  return 0;
}

function convertKey(from: string, to: string): number {
  print(`${to}: written as ${convertKeyFile(from, to)}`);
  return 0;
}

async function rotateKeys({ db, config }: DatabaseCommandDeps): Promise<number> {
  const onProgress = (done: number, total: number) => print(`${done} of ${total} re-encrypted`);
  const secrets = createSecretBox(config.encryptionKeys);
  const { unreadable, byKey } = await reencrypt({ db, secrets, onProgress });
  for (const { table, tenantId } of unreadable) print(`${table} of ${tenantId}: no key decrypts the secret`);
  for (const [id, count] of Object.entries(byKey)) print(`${count} encrypted with key ${id}`);
  return unreadable.length === 0 ? 0 : 1;
}
