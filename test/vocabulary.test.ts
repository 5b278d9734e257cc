import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readText, root } from './support/project-files.ts';

interface DeniedTerm {
  /** Matched against text in lower case whose camelCase, snake_case and kebab-case names are split into words. */
  readonly term: RegExp;
  readonly use: string;
  /** Files that may contain the term, with the reason. */
  readonly except?: readonly { readonly files: RegExp; readonly because: string }[];
}

const published = {
  files: /^docs\/superoffice\//,
  because: 'The pages describe SuperOffice in its own terms.',
};

const pageTexts = (files: RegExp) => ({
  files,
  because: 'The test quotes a text of a page; page texts are reviewed apart from the code.',
});

/** Terms of earlier versions, with the term that replaced each. docs/glossary.md explains the terms in use. */
const deniedTerms: readonly DeniedTerm[] = [
  {
    term: /\bwish(es|ed)?\b/,
    use: 'access request, requested feature',
    except: [
      {
        files: /^(README\.md|docs\/glossary\.md|test\/wording\.test\.ts)$/,
        because: 'It is the word of the pages, where requests are service tickets.',
      },
    ],
  },
  { term: /\blook(s|ed|ing)? after\b/, use: 'reconcile' },
  { term: /\bstandings?\b/, use: 'tenant status' },
  { term: /\b(parked|put(s|ting)? aside)\b/, use: 'dead letter' },
  { term: /\bwork(s|ed|ing)? off\b/, use: 'process' },
  { term: /\bhand(s|ed)? over\b/, use: 'session handoff', except: [published] },
  {
    term: /\b(un)?told\b/,
    use: 'known, unknown, reported',
    except: [pageTexts(/^test\/wording\.test/)],
  },
  { term: /\banew\b/, use: 'again', except: [pageTexts(/^test\/wording\.test/)] },
  { term: /\bof late\b/, use: 'recently' },
  { term: /\bstand ins?\b/, use: 'sandbox' },
  { term: /\bknobs?\b/, use: 'control' },
  { term: /\bvisitors?\b/, use: 'cookie client, browser session' },
  { term: /\b(un)?seal(s|ed|ing)?\b/, use: 'encrypt, decrypt' },
  {
    term: /\blapse(d|s)?\b/,
    use: 'expire',
    except: [
      published,
      pageTexts(/^test\/wording\.test/),
      {
        files:
          /^(src\/web\/api\/(ofrep|v1)|test\/unit\/web\/api\/(ofrep|v1)|test\/integration\/(ofrep|license-api)|docs\/(adr\/0024|partner-guide|license-api)|examples)/,
        because: 'It is a variant of flags, for suspended tenants as well as for expired licenses.',
      },
    ],
  },
  {
    term: /\bperhaps\b/,
    use: 'possibly',
    except: [pageTexts(/^test\/unit\/web\/panel\/feature-page\.test/)],
  },
  { term: /\bbought\b/, use: 'purchased', except: [pageTexts(/^test\/wording\.test/)] },
  { term: /\bsold\b/, use: 'purchased', except: [published] },
  { term: /\bremainders?\b/, use: 'failed removal' },
  { term: /\bin turns?\b/, use: 'lock, mutex' },
  { term: /\blast good\b/, use: 'stale-if-error cache' },
  { term: /\bcall budgets?\b/, use: 'rate limiter' },
  { term: /\b(whoever|somebody)\b/, use: 'the noun that is meant' },
  {
    term: /\bctx\b/,
    use: 'tenant id, context identifier',
    except: [
      published,
      {
        files:
          /^(src\/superoffice\/|src\/web\/sign-in\/auth-callback|sandbox\/|test\/(sandbox|unit\/(superoffice|web\/sign-in\/begin-sign-in)|support\/tokens|security))/,
        because: 'The claim of SuperOffice tokens and the parameter of its URLs have this name.',
      },
    ],
  },
];

const readable = /\.(ts|mjs|js|css|ejs|md|json)$/;
const scanned = /^((src|views|public|locales|docs|sandbox|test|bench|tools|examples)\/|[A-Z_]+\.md$)/;
const excluded = [
  { files: /^CHANGELOG\.md$/, because: 'The changelog names what earlier versions called things.' },
  { files: /^locales\//, because: 'Users read these texts; their wording is reviewed apart from the code.' },
  { files: /^(test\/golden|docs\/superoffice\/data|sandbox\/data|bench\/results)\//, because: 'Data.' },
  { files: /^test\/vocabulary\.test\.ts$/, because: 'The list itself.' },
];

/** Splits names into words: `heldPlan_at` becomes `held plan at`. */
function toWords(text: string): string {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
}

/** Returns one sentence for each line of a file, or its path, that contains a denied term. */
function findDeniedTerms(file: string, text: string): readonly string[] {
  const terms = deniedTerms.filter(({ except = [] }) => !except.some(({ files }) => files.test(file)));
  return [file, ...text.split('\n')].flatMap((line, index) => {
    const words = toWords(line);
    return terms
      .filter(({ term }) => term.test(words))
      .map(({ term, use }) => `${file}:${index}: ${term.exec(words)?.[0]} (use: ${use})`);
  });
}

describe('vocabulary', () => {
  it('does not use the terms of earlier versions in code, templates, documents or tests', () => {
    const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
      .split('\n')
      .filter((file) => readable.test(file) && scanned.test(file))
      .filter((file) => !excluded.some(({ files }) => files.test(file)));
    expect(files.length).toBeGreaterThan(300);
    expect(files.flatMap((file) => findDeniedTerms(file, readText(file)))).toEqual([]);
  });

  it('finds a denied term within a name, a comment and a path', () => {
    expect(findDeniedTerms('src/a.ts', 'const wishFor = 1;\n// put aside\n')).toEqual([
      'src/a.ts:1: wish (use: access request, requested feature)',
      'src/a.ts:2: put aside (use: dead letter)',
    ]);
    expect(findDeniedTerms('src/hand-over.ts', '')).toHaveLength(1);
    expect(findDeniedTerms('src/a.ts', 'const swishing = withholding;')).toEqual([]);
  });

  it('has an excepted or excluded file for each exception', () => {
    const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n');
    const rules = [...excluded, ...deniedTerms.flatMap(({ except = [] }) => except)];
    expect(rules.filter((rule) => !files.some((file) => rule.files.test(file)))).toEqual([]);
  });
});
