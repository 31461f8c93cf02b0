package rows

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"mydocker/bench/host"
	"mydocker/bench/program"
)

const port = 8080

// patience is how long a server may take to answer.
const patience = 10 * time.Second

// served waits until a page is served on the port, by localhost's address and
// by the host's own. A proxy may take the connection before the program
// listens, so that nothing but the page counts.
func served(port int) error {
	for _, address := range []string{"127.0.0.1", host.Address} {
		if err := fetched(fmt.Sprintf("http://%s:%d%s", address, port, program.Page)); err != nil {
			return err
		}
	}
	return nil
}

func fetched(url string) (err error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if err = fetch(&client, url); err == nil {
			return nil
		}
	}
	return fmt.Errorf("waiting for the server: %w", err)
}

func fetch(client *http.Client, url string) error {
	limit, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(limit, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err == nil && !strings.Contains(string(page), program.PageText) {
		err = fmt.Errorf("%s gave %q", url, page)
	}
	return err
}

// checkPort shows that a program's published port leads to the container, and
// that it is closed when the container is gone. What is measured later is
// known to be no empty promise.
func checkPort(p *program.Program) error {
	container := name(p, "port", 0)
	if err := p.Do(p.Serve(container, port)); err != nil {
		return err
	}
	if err := served(port); err != nil {
		return fmt.Errorf("using the port that %s published: %w", p.Name, err)
	}
	return p.Do(p.Remove(container))
}
