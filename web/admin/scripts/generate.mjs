// Types and documents from the committed schema: a field that the schema lost ends the build here.
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
