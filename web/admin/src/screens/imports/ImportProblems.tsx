import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { Failure } from '../../components/Failure';
import { ImportProblemsDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import type { Import } from './ImportPage';

/** What was refused or left out, by line and column. */
export function ImportProblems({ one }: { one: Import }) {
  const { t } = useTranslation(['imports', 'values', 'job']);
  const { number } = useFormats();
  const problems = useInfiniteQuery({
    queryKey: ['imports', one.id, 'problems', one.job?.id, one.refusedCount, one.finishedAt],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => request(ImportProblemsDocument, { id: one.id, after: pageParam }, { signal }),
    getNextPageParam: ({ customerImport: found }) =>
      found?.problems.pageInfo.hasNextPage ? found.problems.pageInfo.endCursor : undefined,
  });
  if (problems.error) return <Failure error={problems.error} onRetry={() => void problems.refetch()} />;
  const all = problems.data?.pages.flatMap((page) => page.customerImport?.problems.nodes ?? []) ?? [];
  if (all.length === 0) return null;
  return (
    <Stack spacing={1} component="section" aria-label={t('problems')}>
      <Typography variant="h2">
        {t('problems')} ({number(problems.data?.pages[0]?.customerImport?.problems.totalCount ?? 0)})
      </Typography>
      <Stack component="ul" sx={{ m: 0, pl: 2.5 }}>
        {all.map((problem) => (
          <li key={`${problem.line} ${problem.column} ${problem.message}`}>
            {t('problem', { line: problem.line, column: problem.column || '–' })} {problem.message}{' '}
            {problem.value ? <code>{problem.value}</code> : null}{' '}
            <Typography component="span" variant="body2" color="textSecondary">
              {t(`values:ImportProblemOutcome.${problem.outcome}`)}
            </Typography>
          </li>
        ))}
      </Stack>
      {problems.hasNextPage ? <Button onClick={() => void problems.fetchNextPage()}>{t('job:more')}</Button> : null}
    </Stack>
  );
}
