import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { JobChangedDocument, JobDocument, type JobFactsFragment } from '../generated/graphql';
import { follow } from '../graph/live';
import { request } from '../graph/request';

export type Job = JobFactsFragment;

const ASKED_AGAIN = 5000;

export function isRunning(job: Job | null | undefined): boolean {
  return job !== null && job !== undefined && !job.finishedAt;
}

/** Asked for again and again while it runs, for the case that nobody tells of its progress. */
export function jobQuery(id: string) {
  return queryOptions({
    queryKey: ['job', id],
    queryFn: ({ signal }) => request(JobDocument, { id }, { signal, isBackground: true }),
    staleTime: 0,
    refetchInterval: ({ state }) => (isRunning(state.data?.job) ? ASKED_AGAIN : false),
  });
}

/** A job and its progress; lists are read again when it has ended. */
export function useJob(id: string) {
  const client = useQueryClient();
  const query = useQuery(jobQuery(id));
  const runs = isRunning(query.data?.job);
  const ran = useRef(false);
  useEffect(() => {
    if (!runs) return;
    const stop = new AbortController();
    const tell = (data: { jobChanged: Job }) => client.setQueryData(jobQuery(id).queryKey, { job: data.jobChanged });
    void follow(JobChangedDocument, { id }, tell, stop.signal);
    return () => stop.abort();
  }, [client, id, runs]);
  useEffect(() => {
    if (ran.current && !runs) void client.invalidateQueries({ predicate: ({ queryKey }) => isOfList(queryKey) });
    ran.current = runs;
  }, [client, runs]);
  return query;
}

function isOfList(key: readonly unknown[]): boolean {
  return key[0] !== 'viewer' && key[0] !== 'job';
}
