import {
  DeadMailCountDocument,
  DeadMailFacetsDocument,
  DeadMailListDocument,
  DeadMailRowsDocument,
} from '../../generated/graphql';
import type { GridFacts } from '../../grid/labels';
import { defineList } from '../../grid/source';

export const DEAD_MAILS = defineList({
  name: 'mails',
  grid: 'MAIL_DEAD_LETTERS',
  content: 'mailDeadLetters',
  list: DeadMailListDocument,
  rows: DeadMailRowsDocument,
  count: DeadMailCountDocument,
  facets: DeadMailFacetsDocument,
});

export function factsOf(): GridFacts {
  return { enums: { template: 'MailTemplateName' }, options: {} };
}
