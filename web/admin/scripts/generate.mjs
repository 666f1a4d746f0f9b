// Types and documents from the committed schema: a field that the schema lost ends the build here.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { generate } from '@graphql-codegen/cli';
import { Kind } from 'graphql';

const scalars = {
  BigInt: 'string',
  Date: 'string',
  DateTime: 'string',
  Decimal: 'string',
  CurrencyCode: 'string',
  JSON: 'unknown',
};

await generate(
  {
    schema: '../../schema.graphql',
    documents: 'src/**/*.graphql',
    silent: true,
    errorsOnly: true,
    ignoreNoDocuments: false,
    generates: {
      './src/generated/': {
        preset: 'client',
        presetConfig: {
          fragmentMasking: false,
          persistedDocuments: { mode: 'replaceDocumentWithHash', hashAlgorithm: 'sha256' },
          onExecutableDocumentNode: (document) => ({
            operationName: document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)?.name?.value,
          }),
        },
        config: {
          documentMode: 'string',
          enumsAsTypes: true,
          onlyOperationTypes: true,
          useTypeImports: true,
          strictScalars: true,
          scalars,
        },
      },
    },
  },
  true,
);

const FOLDER = 'src/generated';
const DOCUMENTS = `${FOLDER}/documents`;
const DOCUMENT = /^export const (\w+)Document = .* as unknown as TypedDocumentString<(\w+), (\w+)>;$/gm;

/** A file for each document, so that a page loads the hashes that it sends and no others: a hash cannot be compressed. */
async function splitDocuments() {
  await rm(DOCUMENTS, { recursive: true, force: true });
  await mkdir(DOCUMENTS);
  const file = `${FOLDER}/graphql.ts`;
  const text = await readFile(file, 'utf8');
  for (const [line, name, result, variables] of text.matchAll(DOCUMENT)) {
    const types = `import type { ${result}, ${variables}, TypedDocumentString } from '../graphql';`;
    await writeFile(`${DOCUMENTS}/${name}.ts`, `${types}\n\n${line}\n`);
  }
  await writeFile(file, text.replaceAll(DOCUMENT, "export { $1Document } from './documents/$1';"));
}

await splitDocuments();
