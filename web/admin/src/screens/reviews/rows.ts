import {
  ReviewsCountDocument,
  ReviewsFacetsDocument,
  ReviewsListDocument,
  ReviewsRowsDocument,
} from '../../generated/graphql';
import type { GridFacts } from '../../grid/labels';
import { defineList } from '../../grid/source';

export const REVIEWS = defineList({
  name: 'reviews',
  grid: 'REVIEWS',
  content: 'reviews',
  list: ReviewsListDocument,
  rows: ReviewsRowsDocument,
  count: ReviewsCountDocument,
  facets: ReviewsFacetsDocument,
});

export function factsOf(): GridFacts {
  return { enums: { status: 'ReviewStatus' }, options: {} };
}
