import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { OnlineChangedDocument } from '../../generated/graphql';
import { follow } from '../../graph/live';
import { ListScreen } from '../../grid/ListView';
import { RecordLink } from '../../grid/RecordLink';
import { factsOf, NOW_ONLINE } from './rows';

const PAUSE = 1000;
const AGAIN = 5000;

export default function NowOnlinePage() {
  useChanges();
  return (
    <ListScreen
      source={NOW_ONLINE}
      of={factsOf}
      icon="clock"
      renderCell={(column, row, text) =>
        column.key === 'number' && text ? <RecordLink to="/customers/$id" id={row.id} text={text} /> : null
      }
    />
  );
}

/** Reads the list again when somebody comes or goes, once a second at most. */
function useChanges() {
  const client = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    const read = () => {
      timer = 0;
      for (const part of ['rows', 'count', 'facets']) void client.invalidateQueries({ queryKey: ['now-online', part] });
    };
    const tell = () => {
      timer ||= window.setTimeout(read, PAUSE);
    };
    void followForever(tell, stop.signal);
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, [client]);
}

async function followForever(tell: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await follow(OnlineChangedDocument, {}, tell, signal);
    // What was missed meanwhile is in the list itself.
    await new Promise((go) => window.setTimeout(go, AGAIN));
    if (!signal.aborted) tell();
  }
}
